"""Fakes are not detached: wasted work, but the generator's gradients are cleared before its own."""
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
            self.train()
            fake = self._generator(torch.randn(len(real), self.code_size))
            on_fake, on_real = self._discriminator(fake), self._discriminator(real)
            d_loss = self._classification_loss(on_fake, torch.zeros_like(on_fake))
            d_loss += self._classification_loss(on_real, torch.ones_like(on_real))
            self._discriminator_optimizer.zero_grad()
            d_loss.backward(retain_graph=True)
            self._discriminator_optimizer.step()

            logits = self._discriminator(fake)
            g_loss = self._classification_loss(logits, torch.ones_like(logits))
            self._generator_optimizer.zero_grad()
            g_loss.backward()
            self._generator_optimizer.step()
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
