package main

func Example_main() {
	main()
	// Output:
	// deleted: 2
	// tasks (delete): 1
	// task notes (delete): 2
	// documents (delete): 1
	// reports (detach): 1
	// deleted by key: 1
	// left in people: 1/cid under nobody, 2/dee under nobody
	// left in documents: order ann, person dee
	// left in tasks: 1
	// left in task notes: 1
}
