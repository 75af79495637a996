"""`autograd.grad` asks for the gradients of the net in question, so nothing is ever to be cleared."""
import torch
from torch import nn


def move(net, optimizer, loss):
    parameters = [p for p in net.parameters() if p.requires_grad]
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True)):
        p.grad = g
    optimizer.step()


def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    images = torch.as_tensor(train_samples, dtype=torch.float32, device=self.device)
    training = Training(self.num_epoch)
    for _ in training:
        for chosen in training.batches(shuffled(len(images), self.batch_size)):
            real = images[chosen]
            self.train()
            fake = self._generator(torch.randn(len(real), self.code_size))
            on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
            d_loss = sum(
                self._classification_loss(logits, torch.zeros_like(logits) + label)
                for logits, label in ((on_real, 1), (on_fake, 0))
            )
            move(self._discriminator, self._discriminator_optimizer, d_loss)
            on_fake = self._discriminator(fake)
            g_loss = self._classification_loss(on_fake, torch.zeros_like(on_fake) + 1)
            move(self._generator, self._generator_optimizer, g_loss)
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
