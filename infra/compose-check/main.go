// compose-check loads a compose file as `docker compose config` does and prints the resolved project as JSON.
//
//	compose-check <file> [profile …]
//
// Only variables of its own environment are interpolated (no .env file is read). An unknown key, a missing required
// variable or a dependency that does not exist is an error: one line on standard error, exit code 1.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: compose-check <file> [profile ...]"))
	}
	options, err := cli.NewProjectOptions(
		os.Args[1:2],
		cli.WithOsEnv,
		cli.WithProfiles(os.Args[2:]),
		cli.WithConsistency(true),
	)
	if err != nil {
		fail(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		fail(err)
	}
	resolved, err := project.MarshalJSON()
	if err != nil {
		fail(err)
	}
	fmt.Println(string(resolved))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
