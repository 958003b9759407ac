"""May an object be written, and what is filled in before? AdmissionReview in, answer out.

The API server asks before it keeps an object
(https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/). What
is wrong with an object is told by `resolve.validation`, here as in the operator and in `lint`.
"""
