package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/jobwatch/ui/cli"
	"example.com/jobwatch/ui/crash"
	"example.com/jobwatch/ui/paste"
)

// given finds the jobs of the command line, then those in standard input's text.
func given(ctx context.Context, opts cli.Options) (paste.Found, error) {
	found, err := input(ctx, opts)
	if err != nil {
		return found, err
	}
	if opts.Stdin == cli.WantStdin && len(found.IDs) == 0 {
		none := "no job IDs on standard input"
		if near := found.NearText(); near != "" {
			none += ", but " + near
		}
		return found, &cli.UsageError{Message: none}
	}
	found.IDs = append(opts.Jobs, found.IDs...)
	return found, nil
}

// input reads standard input's text, where job IDs are expected there. It ends with
// ctx, for an input that never does.
func input(ctx context.Context, opts cli.Options) (paste.Found, error) {
	if opts.Stdin == cli.IgnoreStdin {
		return paste.Found{}, nil
	}
	scanner := paste.NewScanner()
	done := make(chan error, 1)
	go func() {
		defer crash.Into(func(e *crash.Error) { done <- e })
		_, err := io.Copy(scanner, os.Stdin)
		done <- errors.Join(err, scanner.Close())
	}()
	select {
	case err := <-done:
		if err != nil {
			return paste.Found{}, fmt.Errorf("standard input can't be read: %w", err)
		}
		return scanner.Found, nil
	case <-ctx.Done():
		return paste.Found{}, context.Cause(ctx)
	}
}
