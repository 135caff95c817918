import ExactJSON
import SQLiteDriver
import Testing

@testable import ExplorationFiles

/// The language of `when`, `set`, `check` and `accepted_when`.
@Suite struct ExpressionTests {
    static let context = FileContext(
        FileContext.Variables(["order", "status", "amount", "refunded", "nothing", "flag", "price", "lines", "code"]),
        [7, "paid", 10_000, 2_500, nil, true, .number("100.10"), [1, 2, 3], "0123"])
    static let engine = ExpressionEngine()

    static func compiled(_ text: String) throws(FileError) -> CompiledExpression {
        let position = SourcePosition(file: "a.yaml", line: 3, column: 9)
        return try CompiledExpression(
            Expression(text: text, position: position), in: NameScope(context.variables, arguments: ["value"]), engine)
    }

    static func value(_ text: String, argument: JSON = "25.00") throws -> SQLiteValue {
        try compiled(text).value(in: ScopedValues(context: context, arguments: [argument]))
    }

    @Test(
        arguments: [
            ("refunded <= amount", .integer(1)), ("order IS NULL", .integer(0)), ("order IS NOT NULL", .integer(1)),
            ("nothing IS NULL AND status = 'paid'", .integer(1)), ("nothing = 1", .null),
            ("refunded + minor(value, 'USD')", .integer(5_000)), ("minor('100.10', 'JPY')", nil),
            ("amount BETWEEN 1 AND 10000 AND flag", .integer(1)), ("amount NOT BETWEEN 1 AND 10000", .integer(0)),
            ("status IN ('paid', 'captured')", .integer(1)), ("status NOT IN ('paid', 'captured')", .integer(0)),
            ("nothing NOT IN (1)", .null), ("order IN (SELECT value FROM json_each(lines))", .integer(0)),
            ("2 IN (SELECT value FROM json_each(lines))", .integer(1)),
            ("(SELECT sum(value) FROM json_each(lines) WHERE value > 1)", .integer(5)),
            ("status IS NOT DISTINCT FROM 'paid'", .integer(1)), ("status IS DISTINCT FROM nothing", .integer(1)),
            ("NOT status = 'paid'", .integer(0)),
            ("CASE WHEN amount > 5 THEN 'much' ELSE 'little' END = 'much'", .integer(1)),
            ("9223372036854775807 > 9223372036854775806", .integer(1)), ("amount >= 1e4", .integer(1)),
            ("status LIKE 'p%' AND status <> 'pending'", .integer(1)), ("1 < 2 = 1", .integer(1)),
            ("minor(price, 'USD')", .integer(10_010)), ("code = '0123' -- as it is written", .integer(1)),
            ("lines ->> '$[0]' = 1", .integer(1)), ("\"order\" = 7", .integer(1)), ("-order < -6", .integer(1)),
            ("coalesce(nothing, 1) == 1", .integer(1)), ("count(*) FILTER (WHERE amount > 1) = 1", .integer(1)),
            ("nothing NOTNULL", .integer(0)), ("flag IS TRUE", .integer(1)), ("status NOT LIKE 'x%'", .integer(1)),
        ] as [(String, SQLiteValue?)])
    func `gives what SQLite gives`(text: String, expected: SQLiteValue?) throws {
        #expect((try? Self.value(text)) == expected, "\(text)")
    }

    @Test(arguments: [
        ("amount = '10000'", "it compares the number 10000 with the text “10000”, which is never equal"),
        ("status > 1", "it compares the text “paid” with the number 1, which is never equal"),
        ("value <= amount", "it compares the text “25.00” with the number 10000, which is never equal"),
        ("amount IN (1, 'x')", "it compares the number 10000 with the text “x”, which is never equal"),
        ("amount BETWEEN 'a' AND 'z'", "it compares the number 10000 with the text “a”, which is never equal"),
        ("status IS 1", "it compares the text “paid” with the number 1, which is never equal"),
        ("iif(flag, code = 123, 0)", "it compares the text “0123” with the number 123, which is never equal"),
        ("minor('1.234', 'USD')", "\"1.234\" has too many decimals; USD has 2"),
        (
            "minor('1', 'usd')",
            "\"usd\" is not an ISO 4217 currency in use; expected a code such as \"USD\", in capital letters"
        ),
        ("status -> '$.a'", "malformed JSON"),
        (
            "(SELECT count(*) FROM json_each(format('[%s0]', replace(hex(zeroblob(5000)), '0', '0,'))) a, "
                + "json_each(format('[%s0]', replace(hex(zeroblob(5000)), '0', '0,'))) b)", "it takes too long"
        ),
    ])
    func `fails where SQLite would say something else`(text: String, reason: String) throws {
        #expect {
            try Self.value(text)
        } throws: { error in
            "\(error)" == "a.yaml:3:9: “\(text)” gives no value: \(reason)."
        }
    }

    @Test(arguments: [
        ("refundd <= amount", "a.yaml:3:9: There is no variable “refundd” here. Did you mean “refunded”?"),
        ("amount <= Refunded", "a.yaml:3:19: There is no variable “Refunded” here. Did you mean “refunded”?"),
        (
            "reply ->> '$.id'",
            "a.yaml:3:9: “reply” is known only where there is an answer: in `set`, `accepted_when` and the `check` of `expect`."
        ),
        ("amount >", "a.yaml:3:16: The expression ends too early."),
        ("amount > > 1", "a.yaml:3:18: The expression is not understood: near \">\": syntax error."),
        ("minr(value, 'USD')", "a.yaml:3:9: There is no function “minr”. Did you mean “minor”?"),
        ("'open", "a.yaml:3:9: In the expression, the quote that is opened here is never closed."),
        ("(amount", "a.yaml:3:9: In the expression, “(” is never closed."),
        ("amount) + (1", "a.yaml:3:15: In the expression, “)” closes nothing."),
        ("amount, 1", "a.yaml:3:9: This must be one expression, and is several: “amount, 1”."),
        ("1; DROP TABLE x", "a.yaml:3:10: An expression ends without “;”, and nothing can follow it."),
        ("amount = :x", "a.yaml:3:18: “:x” is no part of an expression. A variable is written as its name alone."),
        ("SELECT 1", "a.yaml:3:9: An expression is expected, and this is a query. Put it in parentheses."),
        ("  ", "a.yaml:3:9: An expression is expected here, and there is none."),
        ("amount = \"paid\"", "a.yaml:3:18: There is no variable “paid” here."),
        (
            "(SELECT name FROM sqlite_master)",
            "a.yaml:3:9: An expression sees only variables and JSON (access to sqlite_master.name is prohibited). Queries of a database belong into `sql`."
        ),
        (
            "(SELECT 1 FROM orders)",
            "a.yaml:3:9: An expression sees only variables and JSON (no such table: orders). Queries of a database belong into `sql`."
        ),
        (
            "random() > 1",
            "a.yaml:3:9: An expression sees only variables and JSON (not authorized to use function: random). Queries of a database belong into `sql`."
        ),
        (
            "load_extension('x')",
            "a.yaml:3:9: An expression sees only variables and JSON (not authorized to use function: load_extension). Queries of a database belong into `sql`."
        ),
    ])
    func `is refused before anything runs`(text: String, message: String) {
        #expect {
            _ = try Self.compiled(text)
        } throws: { error in
            if "\(error)" != message { Issue.record("\(text): \(error)") }
            return true
        }
    }
}
