"""What the product is made of: bills of materials, third-party notices, licences of our files."""
