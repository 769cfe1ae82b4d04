"""What operations cost by `@cost` and `@listSize`: estimated before they are run, told afterwards.

https://ibm.github.io/graphql-specs/cost-spec.html
"""
