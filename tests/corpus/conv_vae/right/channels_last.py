"""Between convolutions and Linear layers the channels are the last axis, on both ways."""


class ConvVAE(ConvVAE):
    def encode(self, x):
        h = self.encoder(x).permute(0, 2, 3, 1).reshape(len(x), -1)
        return self.fc_mu(h), self.fc_logvar(h)

    def decode(self, z):
        h = F.relu(self.fc_decode(z)).view(-1, 4, 4, 128)
        return self.decoder(h.permute(0, 3, 1, 2))
