"""A real OpenID provider (npm oidc-provider), which can be told to give out false tokens."""
