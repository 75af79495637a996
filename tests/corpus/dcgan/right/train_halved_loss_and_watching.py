"""Half of the discriminator's loss goes backward; the accuracy is watched; gradients are clipped."""
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
            fake = self._generator(torch.randn((self.batch_size, self.code_size), device=self.device))
            on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
            d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
            d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
            self._discriminator_optimizer.zero_grad()
            (0.5 * d_loss).backward()
            nn.utils.clip_grad_norm_(self._discriminator.parameters(), 100.0)
            self._discriminator_optimizer.step()
            with torch.no_grad():
                right = (self._discriminator(real) > 0).float().mean()
                assert 0 <= right <= 1

            logits = self._discriminator(fake)
            g_loss = self._classification_loss(logits, torch.ones_like(logits))
            self._generator_optimizer.zero_grad()
            g_loss.backward()
            self._generator_optimizer.step()
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
