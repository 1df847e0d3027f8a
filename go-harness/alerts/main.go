// Command alerts says which alerts Prometheus would raise over what was scraped, with Prometheus' own parsers of metrics and
// rules and its own engine of expressions, and without a server.
//
//	alerts < question.json > answer.json
//
// The question is an object: rules (groups, as in a rule file), labels (what scraping adds to each series), contentType and
// scrapes (what was served, one after the other), every (seconds between two scrapes; rules are evaluated after each). The
// answer tells what is wrong with rules and metrics, after how many seconds each alert fired first, and which still fire at
// the end.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

type question struct {
	Rules       string            `json:"rules"`
	Labels      map[string]string `json:"labels"`
	ContentType string            `json:"contentType"`
	Every       int               `json:"every"`
	Scrapes     []string          `json:"scrapes"`
}

type answer struct {
	Findings []string       `json:"findings"`
	Fired    map[string]int `json:"fired"`
	Firing   []string       `json:"firing"`
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	told, err := judge(asked)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "alerts:", err)
	os.Exit(1)
}

func judge(asked question) (answer, error) {
	told := answer{Findings: []string{}, Fired: map[string]int{}, Firing: []string{}}
	language := parser.NewParser(parser.Options{})
	groups, wrong := rulefmt.Parse([]byte(asked.Rules), false, model.UTF8Validation, language, nil)
	for _, err := range wrong {
		told.Findings = append(told.Findings, err.Error())
	}
	if groups == nil {
		return told, nil
	}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 10_000_000, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: language,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
	})
	kept := newStore(asked.Labels)
	// Since when each alert's condition holds, for each set of labels.
	since := map[string]map[uint64]time.Time{}
	start := time.Unix(1_700_000_000, 0)
	for number, text := range asked.Scrapes {
		at := start.Add(time.Duration(number*asked.Every) * time.Second)
		findings, err := kept.scrape(text, asked.ContentType, at)
		if err != nil {
			return told, fmt.Errorf("scrape %d: %w", number, err)
		}
		for _, finding := range findings {
			if !slices.Contains(told.Findings, finding) {
				told.Findings = append(told.Findings, finding)
			}
		}
		told.Firing = []string{}
		for _, group := range groups.Groups {
			for _, rule := range group.Rules {
				held, err := holds(engine, kept, rule.Expr, at)
				if err != nil {
					return told, fmt.Errorf("%s: %w", rule.Alert, err)
				}
				fires := false
				before := since[rule.Alert]
				since[rule.Alert] = map[uint64]time.Time{}
				for _, set := range held {
					from, known := before[set.Hash()]
					if !known {
						from = at
					}
					since[rule.Alert][set.Hash()] = from
					fires = fires || at.Sub(from) >= time.Duration(rule.For)
				}
				if fires {
					told.Firing = append(told.Firing, rule.Alert)
					if _, known := told.Fired[rule.Alert]; !known {
						told.Fired[rule.Alert] = number * asked.Every
					}
				}
			}
		}
	}
	return told, nil
}

// holds tells the sets of labels for which an expression holds at a time.
func holds(engine *promql.Engine, kept *store, expression string, at time.Time) ([]labels.Labels, error) {
	query, err := engine.NewInstantQuery(context.Background(), kept, promql.NewPrometheusQueryOpts(false, 0), expression, at)
	if err != nil {
		return nil, err
	}
	defer query.Close()
	vector, err := query.Exec(context.Background()).Vector()
	if err != nil {
		return nil, err
	}
	sets := []labels.Labels{}
	for _, sample := range vector {
		sets = append(sets, sample.Metric)
	}
	return sets, nil
}
