"""`forward` draws the noise itself and makes one list of results; the method is there, unused."""


class Model(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.Encoder, self.Decoder = encoder, decoder

    def reparameterization(self, mean, std):
        eps = torch.normal(torch.zeros_like(mean), torch.ones_like(mean))
        return eps.mul(std).add_(mean)

    def forward(self, x):
        mean, log_var = self.Encoder.forward(x)
        std = log_var.mul(0.5).exp_()
        z = torch.addcmul(mean, std, torch.randn(*mean.shape, device=x.device))
        return [self.Decoder.forward(z), mean, log_var, z]
