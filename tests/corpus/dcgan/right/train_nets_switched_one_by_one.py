"""`train` only trains, so the modes of the two nets are switched one by one; noise from NumPy."""
import numpy as np
import torch


def train(self, train_samples):
    train_samples = np.asarray(train_samples)
    self._generator.train()
    self._discriminator.train()
    kept = {"discriminator": [], "generator": []}
    for epoch in range(self.num_epoch):
        np.random.shuffle(order := np.arange(len(train_samples)))
        for start in range(0, len(order) - self.batch_size + 1, self.batch_size):
            real = torch.FloatTensor(train_samples[order[start : start + self.batch_size]])
            noise = np.random.standard_normal((self.batch_size, self.code_size))
            fake = self._generator(torch.from_numpy(noise).float())
            losses = []
            for step, (batch, label) in enumerate([(real, 1.0), (fake.detach(), 0.0), (fake, 1.0)]):
                if step != 1:
                    self._generator_optimizer.zero_grad()
                    self._discriminator_optimizer.zero_grad()
                logits = self._discriminator(batch)
                loss = self._classification_loss(logits, torch.full_like(logits, label))
                loss.backward()
                losses.append(float(loss))
                if step == 1:
                    self._discriminator_optimizer.step()
                if step == 2:
                    self._generator_optimizer.step()
            kept["discriminator"].append(losses[0] + losses[1])
            kept["generator"].append(losses[2])
    return kept


def reconstruct(self, samples):
    self._generator.eval()
    target = torch.tensor(np.array(samples), dtype=torch.float32)
    code = nn.Parameter(torch.zeros(target.shape[0], self.code_size))
    optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate, betas=(0.5, 0.999))
    for _ in range(self.vis_steps):
        optimizer.zero_grad()
        self._reconstruction_loss(self._generator(code), target).backward()
        optimizer.step()
    images = self._generator(code.data).detach()
    self._generator.train()
    return self._reconstruction_loss(images, target).detach(), images


DCGAN.train = train
DCGAN.reconstruct = reconstruct
