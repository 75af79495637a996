"""The optimizers lie in a dict, the weights are copied from draws, the loss is an object."""
import torch
from torch import nn


class DCGAN(DCGAN):
    def __init__(self, discriminator=None):
        nn.Module.__init__(self)
        self.bce = nn.BCEWithLogitsLoss(reduction="mean")
        self.register_buffer("tracked_noise", torch.randn(64, self.code_size))
        self._generator = Generator(self.code_size).to(self.device)
        self._discriminator = (Discriminator() if discriminator is None else discriminator).to(self.device)
        self._weight_initialization()
        self.optimizers = {
            net: torch.optim.Adam(getattr(self, net).parameters(), self.learning_rate, (0.5, 0.999))
            for net in ("_generator", "_discriminator")
        }

    @torch.no_grad()
    def _weight_initialization(self):
        for p in [*self._generator.parameters(), *self._discriminator.parameters()]:
            if p.dim() == 4:
                p.copy_(torch.normal(0.0, 0.02, p.shape))
        for m in self.modules():
            if isinstance(m, nn.modules.batchnorm._BatchNorm):
                m.weight.copy_(torch.normal(1.0, 0.02, m.weight.shape))
                m.bias.fill_(0.0)

    def _classification_loss(self, logits, labels):
        return self.bce(logits, labels)


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
            d_loss = self._classification_loss(on_real, torch.ones_like(on_real))
            d_loss = d_loss + self._classification_loss(on_fake, torch.zeros_like(on_fake))
            self.optimizers["_discriminator"].zero_grad()
            d_loss.backward()
            self.optimizers["_discriminator"].step()
            logits = self._discriminator(fake)
            g_loss = self._classification_loss(logits, torch.ones_like(logits))
            self.optimizers["_generator"].zero_grad()
            g_loss.backward()
            self.optimizers["_generator"].step()
            training.note(discriminator=d_loss, generator=g_loss)
    return training.steps


DCGAN.train = train
