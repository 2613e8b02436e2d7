package main

func Example_main() {
	main()
	// Output:
	// first night
	//   put 3: closed the account
	//   put 100: cannot be reached
	//   night 1: completed, deleted 102 in 3 batches, protected 1
	//   still in the table: 1
	//     the first is contact 2: closed the account
	// second night
	//   put 150: address bounces
	//   night 2: paused, deleted 100 in 2 batches, protected 1
	//     deletion: acknowledge an event: context canceled
	//   interrupted: deletion: process operations: context canceled
	//   night 2: completed, deleted 135 in 3 batches, protected 1
	//   still in the table: 1
	//     the first is contact 2: closed the account
	// third night
	//   put 500: not in the old system any more
	//   refused: deletion: cap exceeded: at least 451 contacts match, and the cap is 200
	//   still in the table: 451
	//     the first is contact 2: closed the account
	//   a person has looked at it, and raises the limit
	//   night 3: completed, deleted 451 in 10 batches
	//   still in the table: 0
	// why are they gone?
	//   contact 1: deleted in night 1: closed the account
	//   contact 2: deleted in night 3: closed the account
	//   contact 10: deleted in night 1: cannot be reached
	//   contact 999: deleted in night 3: not in the old system any more
}
