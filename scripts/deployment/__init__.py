"""How contracts come onto a chain: build -> plan -> steps -> deployments/<network>.json."""
