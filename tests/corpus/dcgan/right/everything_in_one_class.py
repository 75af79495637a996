"""One class with all its methods, its own names, an index loop over NumPy arrays; two backwards."""
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim


class DCGAN(nn.Module):
    def __init__(self, discriminator=None):
        super(DCGAN, self).__init__()
        self.num_epoch = 25
        self.batch_size = 128
        self.log_step = 100
        self.visualize_step = 2
        self.code_size = 64
        self.learning_rate = 2e-4
        self.vis_learning_rate = 1e-2
        self.vis_steps = 500
        self.tracked_noise = torch.randn(64, self.code_size)
        self._generator = Generator(self.code_size)
        self._discriminator = Discriminator() if discriminator is None else discriminator
        self._weight_initialization()
        self.criterion = nn.BCEWithLogitsLoss()
        self.optG = optim.Adam(self._generator.parameters(), lr=2e-4, betas=[0.5, 0.999])
        self.optD = optim.Adam(self._discriminator.parameters(), lr=2e-4, betas=[0.5, 0.999])

    def _weight_initialization(self):
        for net in [self._generator, self._discriminator]:
            for name, p in net.named_modules():
                kind = p.__class__.__name__
                if kind.find("Conv") != -1:
                    p.weight.data.normal_(0.0, 0.02)
                elif kind.find("BatchNorm") != -1:
                    p.weight.data.normal_(1.0, 0.02)
                    p.bias.data.fill_(0)

    def _classification_loss(self, logits, labels):
        return self.criterion(logits, labels)

    def _reconstruction_loss(self, reconstruction, x):
        return torch.mean((reconstruction - x) ** 2)

    def train(self, train_samples=True):
        if isinstance(train_samples, bool):
            return super().train(train_samples)
        g_losses, d_losses = [], []
        num_train = train_samples.shape[0]
        for epoch in range(self.num_epoch):
            shuffle = np.random.permutation(num_train)
            for i in range(num_train // self.batch_size):
                super().train()
                batch = train_samples[shuffle[i * self.batch_size : (i + 1) * self.batch_size]]
                batch = torch.tensor(batch).float()
                self.optD.zero_grad()
                real_pred = self._discriminator(batch)
                real_loss = self._classification_loss(real_pred, torch.ones(self.batch_size, 1))
                real_loss.backward()
                fakes = self._generator(torch.randn(self.batch_size, self.code_size)).detach()
                fake_pred = self._discriminator(fakes)
                fake_loss = self._classification_loss(fake_pred, torch.zeros(self.batch_size, 1))
                fake_loss.backward()
                self.optD.step()
                self.optG.zero_grad()
                pred = self._discriminator(self._generator(torch.randn(self.batch_size, self.code_size)))
                g_loss = self._classification_loss(pred, torch.ones(self.batch_size, 1))
                g_loss.backward()
                self.optG.step()
                d_losses.append(real_loss.item() + fake_loss.item())
                g_losses.append(g_loss.item())
        return {"generator": g_losses, "discriminator": d_losses}

    def reconstruct(self, samples):
        self._generator.eval()
        x = torch.as_tensor(np.array(samples), dtype=torch.float)
        code = torch.autograd.Variable(torch.zeros(x.shape[0], self.code_size), requires_grad=True)
        opt = optim.Adam([code], lr=self.vis_learning_rate)
        for i in range(500):
            out = self._generator(code)
            loss = self._reconstruction_loss(out, x)
            opt.zero_grad()
            loss.backward()
            opt.step()
        return loss.item(), out.detach().cpu()
