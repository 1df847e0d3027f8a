package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/textparse"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// store keeps what was scraped, in memory.
type store struct {
	added  map[string]string
	series map[string]*series
}

type series struct {
	labels  labels.Labels
	samples []chunks.Sample
	last    int64
}

func newStore(added map[string]string) *store {
	return &store{added: added, series: map[string]*series{}}
}

// scrape keeps what was served at a time, and tells which series are served without a description or a type.
func (s *store) scrape(text, contentType string, at time.Time) ([]string, error) {
	parser, err := textparse.New([]byte(text), contentType, labels.NewSymbolTable(), textparse.ParserOptions{})
	if err != nil {
		return nil, err
	}
	helped, typed := map[string]bool{}, map[string]model.MetricType{}
	names := []string{}
	now := at.UnixMilli()
	for {
		entry, err := parser.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch entry {
		case textparse.EntryHelp:
			name, help := parser.Help()
			helped[string(name)] = len(help) > 0
		case textparse.EntryType:
			name, kind := parser.Type()
			typed[string(name)] = kind
		case textparse.EntrySeries:
			_, _, number := parser.Series()
			var found labels.Labels
			parser.Labels(&found)
			names = append(names, found.Get(labels.MetricName))
			s.keep(found, now, number)
		}
	}
	// What is served no more is gone, and not as it was last.
	for _, one := range s.series {
		if one.last != now && !value.IsStaleNaN(one.samples[len(one.samples)-1].F()) {
			one.samples = append(one.samples, sample{now, math.Float64frombits(value.StaleNaN)})
		}
	}
	return undescribed(names, helped, typed, strings.HasPrefix(contentType, "application/openmetrics-text")), nil
}

func (s *store) keep(found labels.Labels, now int64, number float64) {
	builder := labels.NewBuilder(found)
	for name, value := range s.added {
		builder.Set(name, value)
	}
	set := builder.Labels()
	one := s.series[set.String()]
	if one == nil {
		one = &series{labels: set}
		s.series[set.String()] = one
	}
	one.samples = append(one.samples, sample{now, number})
	one.last = now
}

// undescribed tells the series that no line describes. OpenMetrics describes the family, without the suffix of its series;
// the text format describes a counter by its whole name.
func undescribed(names []string, helped map[string]bool, typed map[string]model.MetricType, open bool) []string {
	findings := []string{}
	for _, name := range slices.Compact(names) {
		family := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if cut, had := strings.CutSuffix(name, suffix); had && typed[cut] == model.MetricTypeHistogram {
				family = cut
			}
		}
		if cut, had := strings.CutSuffix(name, "_total"); had && open {
			family = cut
		}
		if !helped[family] {
			findings = append(findings, fmt.Sprintf("%s has no help", name))
		}
		if _, known := typed[family]; !known {
			findings = append(findings, fmt.Sprintf("%s has no type", name))
		}
	}
	return findings
}

// Querier makes the store one that the engine asks.
func (s *store) Querier(from, to int64) (storage.Querier, error) {
	return &querier{s, from, to}, nil
}

type querier struct {
	*store
	from, to int64
}

func (q *querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, asked ...*labels.Matcher) storage.SeriesSet {
	found := &found{at: -1}
	for _, one := range q.series {
		matches := func(matcher *labels.Matcher) bool { return matcher.Matches(one.labels.Get(matcher.Name)) }
		if slices.ContainsFunc(asked, func(matcher *labels.Matcher) bool { return !matches(matcher) }) {
			continue
		}
		within := []chunks.Sample{}
		for _, sample := range one.samples {
			if sample.T() >= q.from && sample.T() <= q.to {
				within = append(within, sample)
			}
		}
		found.all = append(found.all, storage.NewListSeries(one.labels, within))
	}
	slices.SortFunc(found.all, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return found
}

func (q *querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.New("no rule asks for the values of labels")
}

func (q *querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, errors.New("no rule asks for the names of labels")
}

func (q *querier) Close() error { return nil }

type found struct {
	all []storage.Series
	at  int
}

func (f *found) Next() bool                        { f.at++; return f.at < len(f.all) }
func (f *found) At() storage.Series                { return f.all[f.at] }
func (f *found) Err() error                        { return nil }
func (f *found) Warnings() annotations.Annotations { return nil }

type sample struct {
	time   int64
	number float64
}

func (s sample) ST() int64                     { return 0 }
func (s sample) T() int64                      { return s.time }
func (s sample) F() float64                    { return s.number }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
