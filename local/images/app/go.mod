module eks-preview/app

go 1.25.0
