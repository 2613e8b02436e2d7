package storetest

import (
	"time"

	"github.com/contactsweep/contactsweep/contacts"
	"github.com/contactsweep/contactsweep/where"
)

// world is a schema that [Agree] draws data and conditions for.
type world struct {
	name   string
	schema contacts.Schema
}

func worlds() []world {
	return []world{{"crm", crmWorld()}, {"tenants", tenantWorld()}, {"texts", textWorld()}, {"heirs", heirWorld()}}
}

// everyKind is a field of every kind and encoding.
func everyKind() []contacts.Field {
	return []contacts.Field{
		contacts.Text("text"), contacts.Text("folded").FoldCase(), contacts.Int64("int"), contacts.Uint64("uint"), contacts.Float64("float"),
		contacts.Decimal("units").Encoded(contacts.DecimalUnits(2)), contacts.Decimal("real").Encoded(contacts.DecimalReal()), contacts.Bool("bool"),
		contacts.Time("time"), contacts.Time("rfc").Encoded(contacts.TimeText("2006-01-02T15:04:05.000Z")),
		contacts.Time("seconds").Encoded(contacts.UnixSeconds()), contacts.Time("millis").Encoded(contacts.UnixMillis()), contacts.Time("micros").Encoded(contacts.UnixMicros()),
		contacts.Date("date"), contacts.UUID("uuid"), contacts.UUID("bytes").Encoded(contacts.UUIDBytes()),
	}
}

func refs(fields ...string) []contacts.Reference {
	var out []contacts.Reference
	for _, f := range fields {
		out = append(out, contacts.Reference{Fields: []string{f}})
	}
	return out
}

// crmWorld has an integer key, every kind of field, every action but handing
// over (which protects contacts), rows to depth 3, and rows with two references.
func crmWorld() contacts.Schema {
	id := contacts.Int64("id").NotNull()
	order := []contacts.Field{
		id, contacts.Int64("buyer"), contacts.Int64("payer"), contacts.Int64("repeats"), contacts.Text("state"), contacts.Time("at"),
		contacts.Decimal("total").Encoded(contacts.DecimalUnits(2)),
	}
	byEmail := func(field string) contacts.Reference {
		return contacts.Reference{Fields: []string{field}, To: []string{"email"}}
	}
	return contacts.Schema{
		Table: "people", Key: []string{"id"},
		Fields: append([]contacts.Field{id, contacts.Text("email"), contacts.Int64("boss")}, everyKind()...),
		Associations: []contacts.Association{
			{
				Name: "orders", Table: "orders", Key: []string{"id"}, Action: contacts.Delete, References: refs("buyer", "payer"),
				Fields: order,
				Associations: []contacts.Association{{Name: "repeats", Table: "orders", Action: contacts.Detach, Fields: order, References: refs("repeats")}, {
					Name: "lines", Table: "lines", Key: []string{"id"}, Action: contacts.Delete, Cascaded: true, References: refs("of"),
					Fields: []contacts.Field{id, contacts.Int64("of"), contacts.Text("sku").FoldCase(), contacts.Date("day"), contacts.Float64("amount")},
					Associations: []contacts.Association{
						{
							Name: "parts", Table: "parts", Action: contacts.Delete, Cascaded: true, References: refs("line"),
							Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("text"), contacts.Time("millis").Encoded(contacts.UnixMillis())},
						},
						{
							Name: "labels", Table: "labels", Action: contacts.Detach, References: refs("line"),
							Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("text")},
						},
						{
							Name: "stickers", Table: "labels", Action: contacts.Anonymise, References: refs("line"), Where: where.New().WhereLessThan("text", "b"),
							Fields: []contacts.Field{contacts.Int64("line"), contacts.Text("text")}, Set: contacts.Values{"text": "b"},
						},
					},
				}},
			},
			{
				Name: "notes", Table: "notes", Action: contacts.Delete,
				Fields: []contacts.Field{contacts.Text("type"), contacts.Int64("ref"), contacts.Time("rfc").Encoded(contacts.TimeText("2006-01-02T15:04:05.000Z")), contacts.Bool("bool")},
				References: []contacts.Reference{
					{Fields: []string{"ref"}, Constants: map[string]any{"type": "a"}}, {Fields: []string{"ref"}, Constants: map[string]any{"type": "A"}},
				},
			},
			{
				Name: "letters", Table: "letters", Action: contacts.Detach, References: []contacts.Reference{byEmail("to"), byEmail("from")},
				Fields: []contacts.Field{contacts.Text("to"), contacts.Text("from"), contacts.Time("micros").Encoded(contacts.UnixMicros())},
			},
			{
				Name: "seen", Table: "seen", Action: contacts.Keep, References: refs("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Time("seconds").Encoded(contacts.UnixSeconds()), contacts.Int64("int")},
			},
			{
				Name: "scores", Table: "seen", Action: contacts.Anonymise, References: []contacts.Reference{{Fields: []string{"person"}, Stays: true}}, Where: where.New().WhereLessThan("int", 10),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Int64("int")}, Set: contacts.Values{"int": nil},
			},
			{
				Name: "visits", Table: "visits", Action: contacts.Anonymise, References: refs("guest", "host"), Where: where.New().WhereNotEquals("text", "A"),
				Fields: append([]contacts.Field{contacts.Int64("guest"), contacts.Int64("host")}, everyKind()...),
				Set: contacts.Values{
					"text": "gone", "int": nil, "uint": 3, "float": 0.1, "units": "12.5", "real": "0.3", "bool": false, "time": instant(), "rfc": nil,
					"seconds": time.Unix(0, 0), "date": date(1970, 1, 1), "uuid": token(2), "bytes": token(3),
				},
			},
			{
				Name: "holds", Table: "holds", Action: contacts.Restrict, References: refs("person"),
				Fields: []contacts.Field{contacts.Int64("person"), contacts.Bool("open")}, Where: where.New().WhereTrue("open"),
			},
			{Name: "reports", Table: "people", Action: contacts.Detach, References: refs("boss")},
			{
				Name: "known", Table: "known", Action: contacts.ReadOnly, References: []contacts.Reference{byEmail("mail")},
				Fields: []contacts.Field{contacts.Text("mail"), contacts.Uint64("uint")},
			},
		},
	}
}

// tenantWorld has a key of two columns, tables that associations share, and
// rows that restrict at depth 2.
func tenantWorld() contacts.Schema {
	tenant, number := contacts.Text("tenant").NotNull(), contacts.Uint64("id").NotNull()
	link := []contacts.Field{contacts.Text("tenant"), contacts.Uint64("from"), contacts.Uint64("to"), contacts.Int64("int"), contacts.Text("folded").FoldCase()}
	pair := func(field string) contacts.Reference {
		return contacts.Reference{Fields: []string{"tenant", field}, SetNull: []string{field}}
	}
	file := []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("tenant"), contacts.Uint64("owner"), contacts.Int64("task"), contacts.Bool("bool")}
	version := []contacts.Field{contacts.Int64("file"), contacts.Text("text")}
	return contacts.Schema{
		Table: "members", Key: []string{"tenant", "id"},
		Fields: append([]contacts.Field{tenant, number, contacts.Uint64("lead")}, everyKind()...),
		Associations: []contacts.Association{
			{Name: "sent", Table: "links", Action: contacts.Delete, Fields: link, References: []contacts.Reference{pair("from")}},
			{Name: "received", Table: "links", Action: contacts.Detach, Fields: link, References: []contacts.Reference{pair("to")}},
			{
				Name: "recent", Table: "links", Action: contacts.Delete, Fields: link, References: []contacts.Reference{pair("from"), pair("to")},
				Where: where.New().WhereGreaterThan("int", 0).Or().WhereStartsWith("folded", "A"),
			},
			{
				Name: "tasks", Table: "tasks", Key: []string{"id"}, Action: contacts.Delete, Cascaded: true, References: []contacts.Reference{pair("owner")},
				Fields: []contacts.Field{contacts.Int64("id").NotNull(), contacts.Text("tenant"), contacts.Uint64("owner"), contacts.Date("day")},
				Associations: []contacts.Association{
					{
						Name: "files of tasks", Table: "files", Key: []string{"id"}, Action: contacts.Delete, Fields: file, References: refs("task"),
						Associations: []contacts.Association{{
							Name: "versions of files of tasks", Table: "versions", Action: contacts.Delete, Fields: version, References: refs("file"), Where: where.New().WhereLessThan("text", "b"),
						}},
					},
					{
						Name: "blockers", Table: "blockers", Action: contacts.Restrict, References: refs("task"), Where: where.New().WhereNotEquals("state", "b"),
						Fields: []contacts.Field{contacts.Int64("task"), contacts.Text("state")},
					},
				},
			},
			{
				Name: "files", Table: "files", Key: []string{"id"}, Action: contacts.Delete, Fields: file, References: []contacts.Reference{pair("owner")},
				Associations: []contacts.Association{{Name: "versions", Table: "versions", Action: contacts.Delete, Fields: version, References: refs("file")}},
			},
			{
				Name: "led", Table: "members", Action: contacts.Restrict,
				References: []contacts.Reference{{Fields: []string{"tenant", "lead"}}}, Where: where.New().WhereTrue("bool"),
			},
		},
	}
}

// textWorld has a text key, references by UUID, and contacts that refer to
// contacts in several ways.
func textWorld() contacts.Schema {
	id := contacts.Text("id").NotNull()
	return contacts.Schema{
		Table: "accounts", Key: []string{"id"},
		Fields: append([]contacts.Field{id, contacts.Text("parent"), contacts.Text("mentor"), contacts.Text("coach"), contacts.UUID("token")}, everyKind()...),
		Associations: []contacts.Association{
			{Name: "children", Table: "accounts", Action: contacts.Detach, References: refs("parent", "mentor")},
			{Name: "pupils", Table: "accounts", Action: contacts.Keep, References: refs("coach"), Where: where.New().WhereNotNull("text")},
			{
				Name: "events", Table: "events", Action: contacts.Delete, References: refs("account"),
				Fields: append([]contacts.Field{contacts.Text("account")}, everyKind()...),
			},
			{
				Name: "devices", Table: "devices", Key: []string{"token"}, Action: contacts.Delete,
				References: []contacts.Reference{{Fields: []string{"owner"}, To: []string{"token"}}},
				Fields:     []contacts.Field{contacts.UUID("token").NotNull(), contacts.UUID("owner"), contacts.Text("text")},
				Associations: []contacts.Association{
					{
						Name: "sessions", Table: "sessions", Action: contacts.Detach, References: refs("device"),
						Fields: []contacts.Field{contacts.UUID("device"), contacts.Time("time")},
					},
					{
						Name: "models", Table: "models", Action: contacts.ReadOnly, References: []contacts.Reference{{Fields: []string{"text"}, To: []string{"text"}}},
						Fields: []contacts.Field{contacts.Text("text"), contacts.Int64("int")},
					},
				},
			},
		},
	}
}
