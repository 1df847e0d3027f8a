// Command kstatus says what kstatus, by which Flux, Helm and kpt wait for any object, makes of objects.
//
//	kstatus < objects.json > verdicts.json
//
// It reads an array of objects and writes an array of as many verdicts: status and message, in the library's words.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kjson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	if err := judge(); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func judge() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var objects []map[string]any
	// Whole numbers stay whole, as in whatever an API server has told.
	if err := kjson.Unmarshal(text, &objects); err != nil {
		return err
	}
	verdicts := []verdict{}
	for number, object := range objects {
		found, err := status.Compute(&unstructured.Unstructured{Object: object})
		if err != nil {
			return fmt.Errorf("object %d: %w", number, err)
		}
		verdicts = append(verdicts, verdict{found.Status.String(), found.Message})
	}
	return json.NewEncoder(os.Stdout).Encode(verdicts)
}
