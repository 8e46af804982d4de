package forecast

import "math"

// Sparkline draws values as one line of bars, a cell each, the greatest as high as
// the cell: for throughput. NaN is a blank.
func Sparkline(values []float64, ascii bool) string {
	top := 0.0
	for _, v := range values {
		if v > top {
			top = v
		}
	}
	return spark(values, top, ascii)
}

// ProgressSparkline draws progress, 0 to 1: the same value is always as high.
func ProgressSparkline(values []float64, ascii bool) string { return spark(values, 1, ascii) }

func spark(values []float64, top float64, ascii bool) string {
	levels := []rune("▁▂▃▄▅▆▇█")
	if ascii {
		levels = []rune("_.-=+*#@")
	}
	out := make([]rune, len(values))
	for i, v := range values {
		switch {
		case math.IsNaN(v):
			out[i] = ' '
		case top <= 0 || v <= 0:
			out[i] = levels[0]
		default:
			out[i] = levels[min(int(v/top*float64(len(levels)-1)+0.5), len(levels)-1)]
		}
	}
	return string(out)
}
