module omikuji/fortune

go 1.25
