module eks-preview/pause

go 1.25.0
