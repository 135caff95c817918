import Foundation
import Rewind
import RewindReport
import Testing

/// Forty secrets, each in a place of its own. Their values have nothing in common with anything that is shown.
private struct Secrets {
    private(set) var planted: [String] = []

    mutating func word() -> String {
        planted.append("sesame\(planted.count + 1)open")
        return planted.last ?? ""
    }

    /// A card number of a test card's form, by another number in its middle.
    mutating func card() -> String {
        let digits = Array("4539" + String(100_000_000 + planted.count * 7_654_321).suffix(9) + "00")
        let sum = digits.enumerated().reduce(0) { sum, digit in
            let value = digit.element.wholeNumberValue ?? 0
            let doubled = digit.offset.isMultiple(of: 2) ? value * 2 : value
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        planted.append(String(digits) + String((10 - sum % 10) % 10))
        return planted.last ?? ""
    }
}

@Suite struct `No secret is in any report` {
    private struct Knowledge: ExplorationContext {
        var steps = 0
    }

    @Test func `of forty, in every place that a report can reach`() async throws {
        var secrets = Secrets()
        let environment = secrets.word()
        let redaction = Redaction.standard.hiding(fields: ["iban"]).hiding(literals: [environment])
        let result = try await result(&secrets, environment)
        #expect(secrets.planted.count == 40)
        #expect(Set(secrets.planted).count == 40)
        #expect(result.violations.count > 1)
        var about = HTMLReport.About(exploration: "shop", title: "shop \(environment)")
        about.command = "rewind explore --token \(environment)"
        (about.isKept, about.file, about.swift) = (true, "shop.yaml", ("shop", "Shop"))
        let reports = [
            "HTML": String(decoding: HTMLReport(result, about: about, redaction: redaction).data, as: UTF8.self),
            "Mermaid": MermaidGraph(result, redaction: redaction).text, "DOT": DotGraph(result, redaction: redaction).text,
        ]
        for (name, report) in reports {
            for secret in secrets.planted where report.contains(secret) {
                let place = report.range(of: secret).map { report[$0.lowerBound...].prefix(80) } ?? ""
                Issue.record("\(name) has \(secret): \(place)")
            }
        }
        #expect(reports["HTML"]?.contains("[redacted]") == true)
        #expect(reports["HTML"]?.contains("what anybody may know") == true)
    }

    private func result(_ secrets: inout Secrets, _ environment: String) async throws -> ExplorationResult {
        let columns = ["id", "password", "api_key", "refresh_token", "answer", "card", "note", "client_secret"]
        let tables = MemoryTables(
            name: "db \(environment)", schema: Schema(tables: ["accounts": .init(columns: columns.map { .init($0) })]))
        let password = secrets.word()
        let row: [Value] = [
            .integer(1), .text(password), .text(secrets.word()), .text(secrets.word()),
            .text("{\"access_token\":\"\(secrets.word())\",\"nested\":{\"pin\":\"\(secrets.word())\"}}"),
            .text(secrets.card()), .text("what anybody may know, and \(environment)"), .text(secrets.word()),
        ]
        let card = secrets.card()
        let exchanges = exchanges(&secrets, environment)
        let exploration = Exploration(of: Knowledge.self) {
            Action("log_in", over: ["with card \(card)"]) { run, _ in
                run.context.steps += 1
                tables.set(table: "accounts", key: Int64(run.context.steps), to: row)
                for exchange in exchanges { run.journal.append(exchange) }
                return .accepted
            }
            .when { $0.steps < 2 }
            Invariant("nobody_logs_in", .critical, "Nobody with \(card) logs in") { $0.context.steps < 1 }
                .explained { _ in "Card \(card) and \(environment) logged in: {\"password\":\"\(password)\"}" }
            Invariant("never_seen", .low, "It is about \(environment)") { _ in true }.when { _ in false }
        }
        return try await Explorer(exploration, in: World(systems: [tables])).explore()
    }

    private func exchanges(_ secrets: inout Secrets, _ environment: String) -> [Exchange] {
        let json = Exchange.Header("Content-Type", "application/json")
        let form = Exchange.Header("Content-Type", "application/x-www-form-urlencoded")
        let headers = [
            "Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "Api-Key", "X-Auth-Token", "Apikey",
            "X-Webhook-Secret", "X-Admin-Password",
        ].map { Exchange.Header($0, "Bearer \(secrets.word())") }
        let fields = ["password", "token", "client_secret", "card_number", "cvc", "otp", "iban", "session_id"]
        let object = "{" + fields.map { "\"\($0)\":\"\(secrets.word())\"" }.joined(separator: ",") + "}"
        let query = "?token=\(secrets.word())&api_key=\(secrets.word())&page=2"
        let answer =
            "{\"data\":{\"access_token\":\"\(secrets.word())\",\"cards\":[{\"pan\":\"\(secrets.card())\"}]},"
            + "\"text\":\"paid with \(secrets.card())\",\"private_key\":\"\(secrets.word())\"}"
        let replies: [Exchange.Header] = [
            .init("Set-Cookie", "session=\(secrets.word())"), .init("X-Refresh-Token", secrets.word()),
            .init("Location", "/done?access_token=\(secrets.word())"),
        ]
        return [
            Exchange(
                method: "POST", path: "/login" + query, requestHeaders: headers + [json],
                requestBody: Array(object.utf8), reply: .response(status: 200, headers: replies, body: Array(answer.utf8))
            ),
            Exchange(
                method: "POST", path: "/cards/\(secrets.card())", requestHeaders: [form],
                requestBody: Array("password=\(secrets.word())&pin=\(secrets.word())&n=1".utf8),
                reply: .lost(reason: "The card \(secrets.card()) and \(environment) were lost")),
            Exchange(
                method: "GET", path: "/\(environment)",
                reply: .response(
                    status: 500, headers: [.init("X-Note", environment)],
                    body: Array("refresh_token: it is in {\"refresh_token\": \"\(secrets.word())\"".utf8))),
        ]
    }
}
