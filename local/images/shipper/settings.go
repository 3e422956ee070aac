package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

type service struct {
	Flush    int    `yaml:"flush"`
	Grace    int    `yaml:"grace"`
	LogLevel string `yaml:"log_level"`
}

type input struct {
	Name            string `yaml:"name"`
	Path            string `yaml:"path"`
	ReadFromHead    bool   `yaml:"read_from_head"`
	RefreshInterval int    `yaml:"refresh_interval"`
	DB              string `yaml:"db"`
	MemBufLimit     string `yaml:"mem_buf_limit"`
	BufferMaxSize   string `yaml:"buffer_max_size"`
	SkipLongLines   bool   `yaml:"skip_long_lines"`
}

type output struct {
	Name          string `yaml:"name"`
	Match         string `yaml:"match"`
	Region        string `yaml:"region"`
	LogGroupName  string `yaml:"log_group_name"`
	LogStreamName string `yaml:"log_stream_name"`
	LogKey        string `yaml:"log_key"`
}

type settings struct {
	service service
	input   input
	output  output
}

// readSettings takes what this program can do and nothing else: a key it does not know would be one nobody has tried.
func readSettings(file string) (*settings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var read struct {
		Service  service `yaml:"service"`
		Pipeline struct {
			Inputs  []input  `yaml:"inputs"`
			Outputs []output `yaml:"outputs"`
		} `yaml:"pipeline"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader([]byte(os.ExpandEnv(string(text)))))
	decoder.KnownFields(true)
	if err := decoder.Decode(&read); err != nil {
		return nil, err
	}
	if len(read.Pipeline.Inputs) != 1 || len(read.Pipeline.Outputs) != 1 {
		return nil, errors.New("one input and one output are expected")
	}
	in, out := read.Pipeline.Inputs[0], read.Pipeline.Outputs[0]
	if in.Name != "tail" || !in.ReadFromHead || in.DB == "" || out.Name != "cloudwatch_logs" || out.LogKey != "log" || out.Match != "*" {
		return nil, errors.New("tail from the head of files, with a db, to cloudwatch_logs with log_key log is expected")
	}
	for name, value := range map[string]string{"path": in.Path, "region": out.Region, "log_group_name": out.LogGroupName, "log_stream_name": out.LogStreamName} {
		if value == "" {
			return nil, fmt.Errorf("%s is empty", name)
		}
	}
	return &settings{read.Service, in, out}, nil
}
