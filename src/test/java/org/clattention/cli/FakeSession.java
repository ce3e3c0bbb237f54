package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.clattention.verify.CaseRunner;

/** A session whose runner is given by the test. */
final class FakeSession implements CaseSession {
    private final CaseRunner runner;
    private int reopened;

    FakeSession(CaseRunner runner) {
        this.runner = runner;
    }

    /** How often the device was opened anew. */
    int reopened() {
        return reopened;
    }

    @Override
    public CaseRunner runner() {
        return runner;
    }

    @Override
    public void reopen() {
        reopened++;
    }

    @Override
    public String description() {
        return "a fake";
    }

    @Override
    public void describe(JsonGenerator json) throws IOException {
        json.writeStringField("selector", "fake");
    }

    @Override
    public void close() {}
}
