package config

import (
	"runtime"
	"runtime/debug"
)

// Version returns the version that this program was built as: the module's, or what
// version control says of a build from source, or "dev".
func Version() string { return versionOf(debug.ReadBuildInfo()) }

func versionOf(info *debug.BuildInfo, ok bool) string {
	const unknown = "dev"
	if !ok {
		return unknown
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		}
	}
	if revision == "" {
		return unknown
	}
	return unknown + "-" + revision + dirty
}

func versionText(in *Input) string {
	version := in.Version
	if version == "" {
		version = "dev"
	}
	return "jobwatch " + version + " (" + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"
}
