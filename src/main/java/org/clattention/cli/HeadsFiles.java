package org.clattention.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.clattention.heads.HeadProfile;
import org.clattention.heads.HeadWeights;
import org.clattention.heads.HeadsPage;
import org.clattention.heads.HeadsPicture;
import org.jspecify.annotations.Nullable;

/**
 * Where the page and the picture of heads go.
 *
 * @param html null for no page
 * @param png null for no picture
 */
record HeadsFiles(@Nullable Path html, @Nullable Path png) {
    /**
     * The files of the options {@code --html} and {@code --png}.
     *
     * @throws BadInputException if one cannot be written
     */
    static HeadsFiles of(@Nullable String html, @Nullable String png) {
        return new HeadsFiles(
                html == null ? null : CommonOptions.writable("--html", html),
                png == null ? null : CommonOptions.writable("--png", png));
    }

    void write(HeadWeights weights, List<HeadProfile> profiles) {
        if (html != null) {
            String page = HeadsPage.html(weights, profiles);
            write("--html", html, () -> Files.writeString(html, page));
        }
        if (png != null) {
            // Keeps Java from looking for a screen, which servers do not have.
            System.setProperty("java.awt.headless", "true");
            BufferedImage picture = picture(weights, profiles);
            write("--png", png, () -> {
                try (var out = Files.newOutputStream(png)) {
                    ImageIO.write(picture, "png", out);
                }
            });
        }
    }

    private static BufferedImage picture(HeadWeights weights, List<HeadProfile> profiles) {
        try {
            return HeadsPicture.draw(weights, profiles);
        } catch (IllegalStateException e) {
            throw new BadInputException("--png: " + e.getMessage(), e);
        }
    }

    private interface Writing {
        void run() throws IOException;
    }

    private static void write(String option, Path file, Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new OutputLostException(option + " " + file + ": " + OneLine.reason(e), e);
        }
    }
}
