"""Fakes for the discriminator are made without gradients, others for the generator; softplus."""
import torch
import torch.nn.functional as F
from torch import nn


def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    images = torch.as_tensor(train_samples, dtype=torch.float32, device=self.device)
    training = Training(self.num_epoch)
    for _ in training:
        for chosen in training.batches(shuffled(len(images), self.batch_size)):
            real = images[chosen]
            self.train()
            with torch.no_grad():
                fake = self._generator(torch.randn(len(real), self.code_size))
            d_loss = F.softplus(-self._discriminator(real)).mean()
            d_loss = d_loss + F.softplus(self._discriminator(fake)).mean()
            self._discriminator.zero_grad()
            d_loss.backward()
            self._discriminator_optimizer.step()

            fake = self._generator(torch.randn(len(real), self.code_size))
            g_loss = F.softplus(-self._discriminator(fake)).mean()
            self._generator.zero_grad()
            g_loss.backward()
            self._generator_optimizer.step()
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
