// Restic as it is, but a new repository's key is derived from the password with the parameters of
// restic's own tests: the usual ones cost 2.6 s of a core for each `init` and 0.4 s for each other
// command, which is what they are for.
package main

import "github.com/restic/restic/internal/repository"

type nobody struct{}

func (nobody) Logf(string, ...interface{}) {}

func init() { repository.TestUseLowSecurityKDFParameters(nobody{}) }
