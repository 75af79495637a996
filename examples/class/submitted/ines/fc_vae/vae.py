import torch, torch.nn as nn, torch.nn.functional as F

def hello_vae(): print("hello from ines")

def mlp(*s):
    l = []
    for a, b in zip(s[:-1], s[1:]): l += [nn.Linear(a, b), nn.ReLU()]
    return l

class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        h, s = 400, int(input_size**.5)
        self.encoder = nn.Sequential(nn.Flatten(), *mlp(input_size, h, h, h))
        self.mu_layer, self.logvar_layer = nn.Linear(h, latent_size), nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(*mlp(latent_size, h, h, h), nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, s, s)))
    def forward(self, x):
        h = self.encoder(x); mu, lv = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, lv)), mu, lv

class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.num_classes, self.latent_size, self.hidden_dim = input_size, num_classes, latent_size, 400
        h, s = 400, int(input_size**.5)
        self.encoder = nn.Sequential(*mlp(input_size + num_classes, h, h, h))
        self.mu_layer, self.logvar_layer = nn.Linear(h, latent_size), nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(*mlp(latent_size, h, h, h), nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, s, s)))
    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], 1)); mu, lv = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, lv)), mu, lv   # the label is in z already, no?

def reparametrize(mu, logvar): return mu + torch.randn_like(mu) * (logvar / 2).exp()

def loss_function(x_hat, x, mu, logvar):
    return (F.binary_cross_entropy(x_hat, x, reduction="sum") - .5 * (1 + logvar - mu**2 - logvar.exp()).sum()) / len(x)
