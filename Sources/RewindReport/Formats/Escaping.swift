extension String {
    /// With some Unicode scalars written otherwise. Scalar by scalar: a combining mark behind one makes another
    /// character of it for Swift, and not for those who read the report.
    func escaping(_ replacement: (Unicode.Scalar) -> String?) -> String {
        var escaped = ""
        for scalar in unicodeScalars {
            if let text = replacement(scalar) {
                escaped += text
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Its lines, each without what could steer a terminal.
    var printableLines: [String] {
        unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
    }
}
