"""In the generator's step the discriminator is frozen; labels are kept; one backward per loss."""
import torch
from torch import nn


def set_trainable(net, flag):
    for p in net.parameters():
        p.requires_grad = flag


def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    images = torch.as_tensor(train_samples, dtype=torch.float32, device=self.device)
    training = Training(self.num_epoch)
    for _ in training:
        for chosen in training.batches(shuffled(len(images), self.batch_size)):
            real = images[chosen]
            self.train()
            ones = torch.full((real.size(0), 1), 1.0)
            zeros = torch.full((real.size(0), 1), 0.0)
            z = torch.empty(real.size(0), self.code_size).normal_()
            fake = self._generator.forward(z)

            set_trainable(self._discriminator, True)
            self._discriminator_optimizer.zero_grad(set_to_none=False)
            fake_loss = self._classification_loss(self._discriminator.forward(fake.detach()), zeros)
            fake_loss.backward()
            real_loss = self._classification_loss(self._discriminator.forward(real), ones)
            real_loss.backward()
            self._discriminator_optimizer.step()
            d_loss = (real_loss + fake_loss).item()

            set_trainable(self._discriminator, False)
            self._generator_optimizer.zero_grad(set_to_none=False)
            g_loss = self._classification_loss(self._discriminator.forward(fake), ones)
            g_loss.backward()
            self._generator_optimizer.step()
            set_trainable(self._discriminator, True)
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
