"""The generator is frozen for the while; the loss is of the images before the last step."""
import torch


def reconstruct(self, samples):
    generator = self._generator
    was = generator.training
    generator.eval()
    for p in generator.parameters():
        p.requires_grad_(False)
    if not torch.is_tensor(samples):
        samples = torch.from_numpy(samples)
    samples = samples.float()
    code = torch.zeros((samples.size(0), self.code_size)).requires_grad_()
    optimizer = torch.optim.Adam(params=[code], lr=self.vis_learning_rate)
    for step in range(self.vis_steps):
        images = generator(code)
        loss = self._reconstruction_loss(images, samples)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for p in generator.parameters():
        p.requires_grad_(True)
    generator.train(was)
    return loss.detach().cpu().numpy(), images.detach().cpu().numpy()


DCGAN.reconstruct = reconstruct
