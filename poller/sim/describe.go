package sim

import "fmt"

// Describe gives each life a believable description, chapters and, should it fail,
// a cause; the same ones for the same seed.
func Describe(seed uint64, lives []Life) []Job {
	r := other(seed)
	jobs := make([]Job, len(lives))
	for i, l := range lives {
		jobs[i] = Job{
			Life:        l,
			Description: fmt.Sprintf("%s, %s", pick(&r, documents()), pick(&r, editions())),
			Chapters:    1 + r.intn(24),
			Cause:       pick(&r, causes()),
		}
	}
	return jobs
}

func pick(r *splitMix, from []string) string { return from[r.intn(len(from))] }

func documents() []string {
	return []string{
		"Annual report", "Installation guide", "Release notes", "Course reader", "Field manual",
		"Cookbook", "Meeting minutes", "Grant application", "Lab protocol", "Style guide",
		"Travel guide", "Price list", "Safety data sheets", "Novel manuscript", "Tender documents",
		"Résumé collection", "Poème du jour", "Handbuch für Einsteiger", "仕様書", "Справочник",
	}
}

func editions() []string {
	return []string{
		"first draft", "second edition", "print layout", "large type", "A5 booklet",
		"for review", "final", "with appendix", "North region", "2025",
	}
}

func causes() []string {
	return []string{
		"Image not found: figures/architecture.png",
		"Unclosed code fence, opened in line 412",
		"Table in chapter 6 is wider than the page",
		"Font not available: Fira Code",
		"Document has more than 2,000 pages",
		"Invalid front matter: 'date' is not a date",
	}
}
