import ExplorationDrafts
import ExplorationFiles
import Testing

@Suite struct `The template` {
    @Test(arguments: [
        DraftSettings(), DraftSettings(url: "http://localhost:3000/v1"),
        DraftSettings(
            database: "postgresql://me@localhost/shop_test?sslmode=disable", start: ["node", "a b.js", "{port}"]),
    ])
    func `is read without an error`(settings: DraftSettings) throws {
        let file = try ExplorationDraft(template: settings).read()
        #expect(file.actions.map(\.name.value) == ["create_order", "pay_order"])
        #expect(file.systems.count == (settings.database == nil ? 0 : 1))
    }

    @Test(arguments: [
        ("python3 server.py --port {port}", ["python3", "server.py", "--port", "{port}"]),
        ("node 'a b.js' \"$HOME/x\" ${PORT:-1}", ["node", "a b.js", "${HOME}/x", "${PORT:-1}"]), ("", []),
    ])
    func `takes a command apart as a shell does`(command: String, words: [String]) {
        #expect(DraftSettings.words(of: command) == words)
    }

    @Test func `does not take a command with an open quote`() {
        #expect(DraftSettings.words(of: "echo 'a") == nil)
    }
}
