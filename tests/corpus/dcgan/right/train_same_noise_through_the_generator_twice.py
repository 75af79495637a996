"""The generator is called twice with the same codes, not detached; all is cleared at the end."""
import torch
from torch import nn


def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    images = torch.as_tensor(train_samples, dtype=torch.float32, device=self.device)
    training = Training(self.num_epoch)
    for _ in training:
        for chosen in training.batches(shuffled(len(images), self.batch_size)):
            real = images[chosen]
            self._generator.train()
            self._discriminator.train()
            noise = torch.distributions.Normal(0.0, 1.0).sample((len(real), self.code_size))
            on_real = self._discriminator(real)
            on_fake = self._discriminator(self._generator(noise))
            d_loss = self._classification_loss(on_real, torch.ones(len(real), 1))
            d_loss = d_loss + self._classification_loss(on_fake, torch.zeros(len(real), 1))
            d_loss.backward()
            self._discriminator_optimizer.step()
            self._discriminator_optimizer.zero_grad()
            self._generator_optimizer.zero_grad()

            logits = self._discriminator(self._generator(noise))
            g_loss = self._classification_loss(logits, torch.ones(len(real), 1))
            g_loss.backward()
            self._generator_optimizer.step()
            for net in (self._generator, self._discriminator):
                for p in net.parameters():
                    p.grad = None
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
