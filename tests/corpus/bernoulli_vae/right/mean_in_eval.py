"""In evaluation mode z is the mean, which the text leaves open."""


class Model(nn.Module):
    def __init__(self, Encoder, Decoder):
        super().__init__()
        self.Encoder = Encoder
        self.Decoder = Decoder

    def reparameterization(self, mean, std):
        if self.training:
            return mean + std * torch.empty_like(mean).normal_()
        return mean

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(log_var / 2))
        return self.Decoder(z), mean, log_var, z
