package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.clattention.AttentionEngine;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceException;
import org.clattention.verify.CaseRunner;
import org.clattention.verify.EngineRunner;
import org.clattention.verify.ReferenceRunner;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers golden cases for a command: an engine, which is opened again after its device failed, or the reference. */
interface CaseSession extends AutoCloseable {
    /** The selector that means the reference. */
    String REFERENCE = "reference";

    /** Answers cases. */
    CaseRunner runner();

    /**
     * Starts afresh after a failure of the device.
     *
     * @throws DeviceException if that fails
     */
    void reopen();

    /**
     * Runs calls of {@link #runner()}, and gives what their steps ran, and why.
     *
     * @throws BadInputException if what answers has no kernels
     */
    default List<StepPlan> explain(Runnable calls) {
        throw new BadInputException("--explain: " + description() + " has no kernels");
    }

    /** The same, where there are kernels; elsewhere the calls alone. */
    default List<StepPlan> record(Runnable calls) {
        calls.run();
        return List.of();
    }

    /** The kernels that calls may run; none if what answers has none. */
    default List<String> kernels() {
        return List.of();
    }

    /** A short name of what answers. */
    String description();

    /** What answers, as the members of a JSON object. */
    void describe(JsonGenerator json) throws IOException;

    @Override
    void close();

    /**
     * Opens what the options name.
     *
     * @throws org.clattention.error.DeviceNotFoundException if there is no such device
     */
    static CaseSession open(EngineOptions options) {
        return options.device().strip().toLowerCase(Locale.ROOT).equals(REFERENCE)
                ? new Reference()
                : new Engine(options);
    }

    /** The float64 reference. */
    final class Reference implements CaseSession {
        private final CaseRunner runner = new ReferenceRunner();

        @Override
        public CaseRunner runner() {
            return runner;
        }

        @Override
        public void reopen() {
            // It holds no device that could have failed.
        }

        @Override
        public String description() {
            return "the float64 reference";
        }

        @Override
        public void describe(JsonGenerator json) throws IOException {
            json.writeStringField("selector", REFERENCE);
            json.writeStringField("name", "float64 reference");
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    /** An engine on a device. */
    final class Engine implements CaseSession {
        private static final Logger log = LoggerFactory.getLogger(Engine.class);

        private final EngineOptions options;
        private final DeviceInfo device;
        private AttentionEngine engine;
        private @Nullable DeviceException lost;

        /** Opens the device. */
        Engine(EngineOptions options) {
            this.options = options;
            this.engine = AttentionEngine.open(options);
            this.device = engine.device();
        }

        /** The device's description of itself. */
        DeviceInfo device() {
            return device;
        }

        /** How the engine was opened. */
        EngineOptions options() {
            return options;
        }

        /** The engine, as it is now. */
        AttentionEngine engine() {
            return engine;
        }

        /** {@inheritDoc} It throws a {@link DeviceException} if the device is lost. */
        @Override
        public CaseRunner runner() {
            if (lost != null) {
                throw new DeviceException("the device is lost: " + lost.getMessage(), lost);
            }
            return new EngineRunner(engine);
        }

        @Override
        public void reopen() {
            close();
            try {
                engine = AttentionEngine.open(options);
            } catch (DeviceException e) {
                lost = e;
                throw e;
            }
        }

        @Override
        public List<StepPlan> explain(Runnable calls) {
            return engine.explain(calls);
        }

        @Override
        public List<StepPlan> record(Runnable calls) {
            return engine.explain(calls);
        }

        @Override
        public List<String> kernels() {
            return engine.kernels();
        }

        @Override
        public String description() {
            return device.selector() + " " + device.name();
        }

        @Override
        public void describe(JsonGenerator json) throws IOException {
            DeviceJson.fields(json, device);
        }

        @Override
        public void close() {
            try {
                engine.close();
            } catch (DeviceException e) {
                // All results have been read; that a failed device cannot be tidied up changes none of them.
                log.warn("the device could not be closed: {}", e.getMessage());
            }
        }
    }
}
