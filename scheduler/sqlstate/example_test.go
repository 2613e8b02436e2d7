package sqlstate_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/contactsweep/contactsweep/scheduler"
	"github.com/contactsweep/contactsweep/scheduler/sqlstate"
)

func ExampleOpen() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection would have a memory of its own

	_, err = sqlstate.Open(ctx, db, sqlstate.SQLite)
	fmt.Println(errors.Is(err, sqlstate.ErrLayout))

	if err := sqlstate.Migrate(ctx, db, sqlstate.SQLite); err != nil {
		log.Fatal(err)
	}
	state, err := sqlstate.Open(ctx, db, sqlstate.SQLite)
	if err != nil {
		log.Fatal(err)
	}
	tasks := scheduler.NewRegistry()
	hello := scheduler.TaskFunc(func(context.Context, scheduler.Run) (scheduler.Result, error) {
		return scheduler.Result{Message: "said hello"}, nil
	})
	if err := tasks.Register("hello", hello, scheduler.Every(24*time.Hour)); err != nil {
		log.Fatal(err)
	}
	runner, err := scheduler.NewRunner(tasks, state)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := runner.RunDue(ctx); err != nil { // registers the task; nothing is due yet
		log.Fatal(err)
	}
	if _, err := runner.RunNow(ctx, "hello"); err != nil {
		log.Fatal(err)
	}
	runs, err := runner.RunDue(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, run := range runs {
		fmt.Println(run.Task, run.Kind, run.Outcome, run.Message)
	}
	if err := db.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// true
	// hello run-now succeeded said hello
}

func ExampleSQL() {
	versions, err := sqlstate.SQL(sqlstate.PostgreSQL, sqlstate.WithSchema("jobs"), sqlstate.WithTablePrefix("acme_"))
	if err != nil {
		log.Fatal(err)
	}
	for i, statements := range versions {
		for _, statement := range statements {
			first, _, _ := strings.Cut(statement, " (")
			fmt.Println(i+1, first)
		}
	}
	// Output:
	// 1 CREATE TABLE IF NOT EXISTS "jobs"."acme_migrations"
	// 1 CREATE TABLE IF NOT EXISTS "jobs"."acme_migration_lock"
	// 1 CREATE TABLE "jobs"."acme_scheduler_tasks"
	// 1 CREATE INDEX "acme_scheduler_tasks_wake" ON "jobs"."acme_scheduler_tasks"
	// 1 CREATE TABLE "jobs"."acme_scheduler_runs"
	// 1 CREATE UNIQUE INDEX "acme_scheduler_runs_slot" ON "jobs"."acme_scheduler_runs"
	// 1 CREATE INDEX "acme_scheduler_runs_page" ON "jobs"."acme_scheduler_runs"
	// 1 CREATE INDEX "acme_scheduler_runs_end" ON "jobs"."acme_scheduler_runs"
	// 1 CREATE INDEX "acme_scheduler_runs_task_end" ON "jobs"."acme_scheduler_runs"
	// 1 INSERT INTO "jobs"."acme_migrations"
}
