"""The operations of the benchmark, and what each request says besides."""

from __future__ import annotations

LARGE = """\
query Large($session: String) {
  users(session: $session) {
    ...User
    reviews {
      ...Review
      product {
        ...Product
        reviews {
          ...Review
          author {
            ...User
            reviews {
              ...Review
              product {
                ...Product
              }
            }
          }
        }
      }
    }
  }
  topProducts {
    ...Product
    reviews {
      ...Review
      author {
        ...User
        reviews {
          ...Review
          product {
            ...Product
          }
        }
      }
    }
  }
}

fragment User on User {
  id
  username
  name
}

fragment Review on Review {
  id
  body
}

fragment Product on Product {
  inStock
  name
  price
  shippingEstimate
  upc
  weight
}
"""
"""Three levels: users and products, their reviews, and those of the other side again."""

SMALL = """\
query Small($session: String) {
  users(session: $session) {
    id
    name
  }
}
"""
"""One fetch of one subgraph."""

SMALL_FETCH = "query($session: String) { users(session: $session) { id name } }"
"""What the router asks the one subgraph."""
