package main

func Example_main() {
	main()
	// Output:
	// batch 1: 100 deleted, 100 in all
	// batch 2: 100 deleted, 200 in all
	// batch 3: 100 deleted, 300 in all
	// the next night:
	// 150 deleted, more: true
	// 50 deleted, more: false
	// left: 0
}
