import Rewind
import Testing

@testable import ExplorationFiles

@Suite struct `A good file` {
    private func read(_ text: String, _ environment: [String: String] = [:]) throws -> ExplorationFile {
        try ExplorationFile(parsing: text, file: "test.yaml", environment: environment)
    }

    @Test func `may be very small`() throws {
        let file = try read(GoodFiles.smallest)
        #expect(file.name == nil)
        #expect(file.api.url?.segments == [.text("http://127.0.0.1:8080")])
        #expect(file.actions.map(\.name.value) == ["ping"])
        #expect(file.actions[0].requests[0].method.value == "GET")
        #expect(file.actions[0].requests[0].accepted == [.class(2)])
        #expect(file.actions[0].requests[0].refused == [.class(4)])
    }

    @Test func `is read as the documentation shows it`() throws {
        let file = try read(GoodFiles.payments)
        #expect(file.name?.value == "payments")
        #expect(file.systems.map(\.name.value) == ["db"])
        #expect(file.context.map(\.name.value) == ["order", "status", "amount", "refunded"])
        #expect(file.context.map(\.initial.value) == [.null, .null, .number("0"), .number("0")])
        let refund = file.actions[2]
        #expect(refund.condition?.text == "order IS NOT NULL")
        #expect(refund.condition?.position.description == "test.yaml:32:11")
        #expect(refund.arguments.map(\.name.value) == ["value"])
        #expect(refund.arguments[0].values.map(\.value) == [.string("25.00"), .string("100.01"), .string("-25.00")])
        #expect(refund.requests[0].path.variables.map(\.value) == ["order"])
        #expect(refund.requests[0].path.variables.map(\.position.column) == [19])
        #expect(refund.assignments.map(\.value.text) == ["refunded + minor(value, 'USD')"])
        #expect(refund.assignments[0].value.position.description == "test.yaml:37:23")
        let states = try #require(file.states)
        #expect(states.arrows.map(\.from) == [[nil], ["pending"], ["paid"]])
        #expect(states.arrows.map(\.to) == [["pending"], ["paid"], ["paid", "refunded"]])
        #expect(file.invariants.map(\.severity) == [.critical, .high, .high])
    }

    @Test func `says how the API starts and who calls it`() throws {
        let api = try read(GoodFiles.everything).api
        #expect(api.timeoutMilliseconds?.value == 500)
        #expect(api.headers.map(\.value.segments) == [[.text("2")], api.headers[1].value.segments])
        let start = try #require(api.start)
        #expect(start.prepare.map(\.count) == [2, 1])
        #expect(start.environment.map(\.name.value) == ["DATABASE_URL", "DEBUG", "N"])
        #expect(start.environment[1].value.segments == [.text("true")])
        #expect(start.withinMilliseconds?.value == 120_000)
        guard case .login(let request, let token, let header, let prefix) = api.authentication else {
            Issue.record("no login")
            return
        }
        #expect(request.accepted == [.exactly(201)])
        #expect(token.value.steps == [.member("access-token")])
        #expect(header == "X-Token")
        #expect(prefix == "Token ")
    }

    @Test func `says what is sent and what is kept`() throws {
        let file = try read(GoodFiles.everything)
        let create = file.actions[0].requests[0]
        #expect(create.query.map(\.value.onlyVariable) == [nil, "size"])
        #expect(create.accepted == [.exactly(201), .class(2)])
        #expect(create.refused == [.class(4), .exactly(503)])
        #expect(create.idempotencyKey?.header == "Idempotency-Key")
        #expect(create.idempotencyKey?.value == nil)
        #expect(create.saved.map(\.isOptional) == [false, true, false, true])
        guard case .json(.list(let body)) = create.body, case .object(let members) = body[1],
            case .string(let text) = members[1].value, case .number("1.10") = body[2]
        else {
            Issue.record("another body")
            return
        }
        #expect(text.segments.first == .text("a {brace} and "))
        #expect(text.variables.map(\.value) == ["user"])
        let upload = file.actions[1]
        #expect(upload.requests.map(\.method.value) == ["POST", "PUT"])
        #expect(upload.requests.map { $0.idempotencyKey?.header } == ["X-Key", "Idempotency-Key"])
        guard case .multipart(let fields) = upload.requests[0].body, case .text(_, let type) = upload.requests[1].body
        else {
            Issue.record("other bodies")
            return
        }
        #expect(fields.map { $0.fileName != nil } == [false, true])
        #expect(type?.segments == [.text("text/plain")])
        #expect(file.actions[2].isAlwaysRefused)
        #expect(file.actions[2].requests[0].idempotencyKey == nil)
    }

    @Test func `keeps numbers digit by digit and words as texts`() throws {
        let file = try read(GoodFiles.everything)
        let values = Dictionary(uniqueKeysWithValues: file.context.map { ($0.name.value, $0.initial.value) })
        #expect(values["code"] == .string("007"))
        #expect(values["price"] == .number("1.50"))
        #expect(values["on"] == .string("no"))
        #expect(
            values["flags"]
                == .object(["a": .list([.number("1"), .bool(true), .null]), "b": .string("{not a template}")]))
    }

    @Test func `reads a Mermaid diagram as it is`() throws {
        let states = try #require(try read(GoodFiles.everything).states)
        #expect(states.arrows.map(\.action.value) == ["create", "upload"])
        #expect(states.arrows.map(\.from) == [[nil], ["new"]])
        #expect(states.arrows.map(\.to) == [["new"], ["new"]])
        #expect(states.arrows[0].action.position.description == "test.yaml:82:21")
    }

    @Test func `names what is sent at the same time`() throws {
        let races = try read(GoodFiles.everything).concurrent
        #expect(races.map { $0.actions.map(\.value) } == [["forbidden", "forbidden"], ["create", "forbidden"]])
        #expect(races.map { $0.rounds?.value } == [nil, 3] && races.map { $0.places?.value } == [nil, 7])
        #expect(races[1].condition?.text == "id IS NULL")
    }

    @Test func `limits the search`() throws {
        let file = try read(GoodFiles.everything)
        #expect(file.limits.seed?.value == .max)
        #expect(file.limits.strategy?.value == .novelty)
        #expect(file.limits.milliseconds?.value == 30_000)
        #expect(file.limits.rounds?.value == 12)
        #expect(file.exemptTables.map(\.value) == ["audit", "log"])
        #expect(file.identity?.ignoredTables.map(\.value) == ["log"])
        #expect(file.lawsSwitchedOff.map(\.reason) == ["reading is counted"])
    }

    @Test func `takes in the environment and keeps it secret`() throws {
        let environment = ["DATABASE_URL": "postgresql:///c_test", "PASSWORD": "a{b}c"]
        let file = try read(GoodFiles.everything, environment)
        #expect(file.secrets == ["postgresql:///c_test", "a{b}c"])
        guard case .postgres(let url) = file.systems[1].kind,
            case .login(let request, _, _, _) = file.api.authentication,
            case .form(let fields) = request.body
        else {
            Issue.record("no such parts")
            return
        }
        #expect(url.value == "postgresql:///c_test")
        // What comes from the environment is no template.
        #expect(fields[1].value.segments == [.text("a{b}c")])
        #expect(try read(GoodFiles.everything).secrets.isEmpty)
        #expect(try read(GoodFiles.everything, ["PASSWORD": "secret"]).secrets.isEmpty)
    }

    @Test(arguments: [
        ("${N}", "12"), ("\"${N}\"", "12"), ("a${N}b${M:-x}c", "a12bxc"), ("$${N}", "$12"), ("$$", "$$"),
        ("${M:-}", ""),
        ("$5", "$5"), ("${E:-full}", "full"), ("${N:-x}${E}", "12"),
    ])
    func `puts variables of the environment into texts`(text: String, result: String) throws {
        let yaml = "api: {url: 'http://a'}\ncontext: {N: 12}\nactions:\n  a:\n    POST: /a\n    body: \(text)\n"
        // A body that is `$${N}` is a template of the variable N.
        let file = try? read(yaml, ["N": "12", "E": ""])
        guard case .text(let body, _) = file?.actions[0].requests[0].body else {
            #expect(result.isEmpty)
            return
        }
        let shown = body.segments.map { segment in
            switch segment {
            case .text(let text): text
            case .variable: "12"
            }
        }
        #expect(shown.joined() == result)
    }

    @Test func `may have sections in which all is commented out`() throws {
        let empty = "invariants:\n  # none yet\ncontext:\nsystems:\nlimits:\nidentity:\nlaws:\n"
        let file = try read(GoodFiles.smallest + "\n" + empty)
        #expect(file.invariants.isEmpty)
    }

    @Test func `has the places of expressions in every kind of scalar`() throws {
        let yaml = """
            api: { url: "http://a" }
            actions:
              a: { GET: /a, when: "1 = 1" }
              b: { GET: /a, when: ' 1 = 1' }
              c:
                GET: /a
                when: |
                  1 = 1
              d:
                GET: /a
                when: >-

                    1 = 1
                    AND 2 = 2
              e:
                GET: /a
                when:
                  1 = 1
            """
        let places = try read(yaml).actions.compactMap { $0.condition?.position }.map { "\($0.line):\($0.column)" }
        #expect(places == ["3:24", "4:25", "8:7", "13:9", "18:7"])
    }
}
