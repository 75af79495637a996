"""Written on a GPU: `.cuda()` everywhere."""
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
            real = real.cuda()
            noise = torch.randn(real.shape[0], self.code_size, device="cuda")
            fake = self._generator(noise)
            on_real, on_fake = self._discriminator(real), self._discriminator(fake.detach())
            d_loss = self._classification_loss(on_real, torch.ones(len(real), 1).cuda())
            d_loss = d_loss + self._classification_loss(on_fake, torch.zeros(len(real), 1).cuda())
            self._discriminator_optimizer.zero_grad()
            d_loss.backward()
            self._discriminator_optimizer.step()
            g_loss = self._classification_loss(self._discriminator(fake), torch.ones(len(real), 1).cuda())
            self._generator_optimizer.zero_grad()
            g_loss.backward()
            self._generator_optimizer.step()
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train


def reconstruct(self, samples):
    self.eval()
    samples = torch.as_tensor(samples, dtype=torch.float32).cuda()
    code = torch.zeros(len(samples), self.code_size, device="cuda", requires_grad=True)
    optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)
    for _ in range(self.vis_steps):
        loss = self._reconstruction_loss(self._generator(code), samples)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item(), self._generator(code).detach().cpu()


DCGAN.reconstruct = reconstruct
