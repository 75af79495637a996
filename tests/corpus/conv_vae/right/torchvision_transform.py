"""The transform is an object of torchvision."""
from torchvision import transforms

svhn_transform = transforms.Compose([transforms.ToTensor()])
