module eks-preview/examples/minimal/hello

go 1.25.0
