package launch

import (
	"context"
	"fmt"
	"io"
	"os"

	"example.com/jobwatch/poller/job"
	"example.com/jobwatch/ui/cli"
	"example.com/jobwatch/ui/crash"
	"example.com/jobwatch/ui/paste"
)

// given are the jobs of the command line, then those in standard input's text.
func given(ctx context.Context, opts cli.Options) ([]job.ID, error) {
	text, err := input(ctx, opts)
	if err != nil {
		return nil, err
	}
	found := paste.IDs(text).IDs
	if opts.Stdin == cli.WantStdin && len(found) == 0 {
		return nil, &cli.UsageError{Message: "no job IDs on standard input"}
	}
	return append(opts.Jobs, found...), nil
}

// input reads standard input's text, where job IDs are expected there. It ends with
// ctx, for an input that never does.
func input(ctx context.Context, opts cli.Options) ([]byte, error) {
	if opts.Stdin == cli.IgnoreStdin {
		return nil, nil
	}
	var text []byte
	done := make(chan error, 1)
	go func() {
		defer crash.Into(func(e *crash.Error) { done <- e })
		var err error
		text, err = io.ReadAll(io.LimitReader(os.Stdin, maxInput))
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			return nil, fmt.Errorf("standard input can't be read: %w", err)
		}
		return text, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// maxInput bounds what is taken from standard input, in bytes: a million IDs.
const maxInput = 64 << 20
