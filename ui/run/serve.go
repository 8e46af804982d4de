package run

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"example.com/jobwatch/poller/sim"
)

// Serve answers as the simulated API until ctx ends, and prints the IDs.
func Serve(ctx context.Context, addr string) error {
	server := sim.New(sim.WithSeed(rand.Uint64())) // other IDs each time: old ones may be in state files
	base, stop, err := server.ListenAndServe(ctx, addr)
	if err != nil {
		return fmt.Errorf("the simulated API can't be served on %s: %w", addr, err)
	}
	defer stop()
	fmt.Fprintf(os.Stderr, "The simulated API listens on %s. In another terminal:\n\n    jobwatch --api %s\n\n"+
		"and paste these IDs; ctrl+c ends it.\n\n", base, base)
	tell := func(b sim.Batch) {
		var text strings.Builder
		fmt.Fprintf(&text, "# %s\n", b.Name)
		for _, id := range b.IDs {
			fmt.Fprintln(&text, id)
		}
		fmt.Println(text.String())
	}
	for _, b := range server.Demo(1) {
		tell(b)
	}
	for b := range server.Arrivals(ctx, 1) {
		tell(b)
	}
	return nil
}
