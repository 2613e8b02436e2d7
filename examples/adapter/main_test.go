package main

func Example_main() {
	main()
	// Output:
	// (created < ? AND email IS EMPTY)
	//   contacts    6
	//   matched     3  50.0 %
	//   protected   0
	//   restricted  1
	//   deletable   2
	// rows
	//   orders                delete    1
	//   lines                 delete    2
	//   open claims (claims)  restrict  0
	//   claims                detach    1
	//   introduced (people)   detach    1
	// warning foreign-values:people.created: values outside of the field's kind and encoding: 1; correct them: no comparison with them is true
	//
	// deleted 2 contacts, skipped 1 (1 restricted); stopped: done
	//   orders: 1 rows to delete
	//   lines: 2 rows to delete
	//   claims: 1 rows to detach
	//   introduced: 1 rows to detach
	//
	// left in the file:
	// {"table":"people","row":{"created":"2024-02-01T09:00:00Z","email":"ann@example.com","id":1}}
	// {"table":"people","row":{"created":"2024-04-01T12:30:00+02:00","email":"","id":4,"nickname":"Bo"}}
	// {"table":"people","row":{"created":"2024-05-01T09:00:00Z","email":"cas@example.com","id":5,"introduced_by":null}}
	// {"table":"people","row":{"created":"yesterday","id":6}}
	// {"table":"orders","row":{"id":11,"person":4,"total":99.00}}
	// {"table":"orders","row":{"id":12,"person":1,"total":7.25}}
	// {"table":"lines","row":{"order":11,"sku":"A-1"}}
	// {"table":"lines","row":{"order":12,"sku":"A-3"}}
	// {"table":"claims","row":{"person":4,"state":"open"}}
	// {"table":"claims","row":{"person":null,"state":"closed"}}
}
